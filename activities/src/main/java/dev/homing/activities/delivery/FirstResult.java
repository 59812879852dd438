package dev.homing.activities.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A first attempt of a delivery that had no row.
 *
 * @param delivery what the attempt makes of it
 * @param dueIn from now until the next attempt; null: there is none
 */
record FirstResult(Delivery delivery, @Nullable Duration dueIn, Attempt attempt) {}
