/** One event on its way to one subscription, over the wire. */
@NullMarked
package dev.homing.activities.delivery;

import org.jspecify.annotations.NullMarked;
