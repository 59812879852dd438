/**
 * Deliveries with the same ordering key, which reach an ordered subscription one after the other.
 */
@NullMarked
package dev.homing.activities.sequence;

import org.jspecify.annotations.NullMarked;
