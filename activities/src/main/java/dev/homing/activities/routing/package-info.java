/** Which subscriptions receive an event of a type: read through Redis, confirmed by PostgreSQL. */
@NullMarked
package dev.homing.activities.routing;

import org.jspecify.annotations.NullMarked;
