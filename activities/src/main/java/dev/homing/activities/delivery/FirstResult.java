package dev.homing.activities.delivery;

import dev.homing.activities.outbound.Attempt;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a delivery that had no row begins with.
 *
 * @param delivery as the attempt makes it
 * @param dueIn from now until the next attempt, or until it is looked at again; null: never
 * @param attempt null: none was made
 */
record FirstResult(Delivery delivery, @Nullable Duration dueIn, @Nullable Attempt attempt) {}
