/** Tests of the workflows, on a time-skipping Temporal server. */
@NullMarked
package dev.homing.workflows;

import org.jspecify.annotations.NullMarked;
