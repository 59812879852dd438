/** What must happen to an event: pure, replayable, and free of the outside world. */
@NullMarked
package dev.homing.workflows;

import org.jspecify.annotations.NullMarked;
