/** Connections to PostgreSQL: which caller uses which pool, and as which role. */
@NullMarked
package dev.homing.app.database;

import org.jspecify.annotations.NullMarked;
