/** What must happen to an event: pure, replayable, without touching the outside world. */
@NullMarked
package dev.homing.workflows;

import org.jspecify.annotations.NullMarked;
