/** Lists for API callers, which read a bounded number of rows however many there are. */
@NullMarked
package dev.homing.activities.list;

import org.jspecify.annotations.NullMarked;
