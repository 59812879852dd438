/** What the workflows promise. */
@NullMarked
package dev.homing.workflows.delivery;

import org.jspecify.annotations.NullMarked;
