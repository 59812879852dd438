/** The workflows of events: first attempts, and a start for each delivery that must wait. */
@NullMarked
package dev.homing.workflows.event;

import org.jspecify.annotations.NullMarked;
