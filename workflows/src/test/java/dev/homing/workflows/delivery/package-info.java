/** Tests of a delivery's workflow. */
@NullMarked
package dev.homing.workflows.delivery;

import org.jspecify.annotations.NullMarked;
