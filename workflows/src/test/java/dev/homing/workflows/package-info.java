/** What the workflows promise. */
@NullMarked
package dev.homing.workflows;

import org.jspecify.annotations.NullMarked;
