/** Which subscriptions receive an event: cached in Redis, confirmed by PostgreSQL. */
@NullMarked
package dev.homing.activities.routing;

import org.jspecify.annotations.NullMarked;
