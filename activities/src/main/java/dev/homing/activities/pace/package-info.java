/** At what pace receivers are sent to, counted by all nodes together. */
@NullMarked
package dev.homing.activities.pace;

import org.jspecify.annotations.NullMarked;
