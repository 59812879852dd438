/** Tests of the workflows of events. */
@NullMarked
package dev.homing.workflows.event;

import org.jspecify.annotations.NullMarked;
