/** Everything that touches the outside world: PostgreSQL, Redis, receivers. */
@NullMarked
package dev.homing.activities;

import org.jspecify.annotations.NullMarked;
