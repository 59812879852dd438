/** Who receives. */
@NullMarked
package dev.homing.workflows.subscription;

import org.jspecify.annotations.NullMarked;
