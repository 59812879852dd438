/** What the workflows promise. */
@NullMarked
package dev.homing.workflows.event;

import org.jspecify.annotations.NullMarked;
