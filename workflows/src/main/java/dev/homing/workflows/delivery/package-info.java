/** One event on its way to one subscription. */
@NullMarked
package dev.homing.workflows.delivery;

import org.jspecify.annotations.NullMarked;
