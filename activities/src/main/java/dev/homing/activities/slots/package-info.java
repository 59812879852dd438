/** How many attempts may be under way: of the node, of an event, and to a receiver. */
@NullMarked
package dev.homing.activities.slots;

import org.jspecify.annotations.NullMarked;
