/** What happened, and who has still to be told. */
@NullMarked
package dev.homing.activities.event;

import org.jspecify.annotations.NullMarked;
