/** How receivers do: in good standing, held, or behind an open circuit breaker. */
@NullMarked
package dev.homing.activities.standing;

import org.jspecify.annotations.NullMarked;
