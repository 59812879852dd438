/** Where requests may go. */
@NullMarked
package dev.homing.activities.destination;

import org.jspecify.annotations.NullMarked;
