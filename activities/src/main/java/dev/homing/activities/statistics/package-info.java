/** How attempts go, counted by hour: in each node's memory, then in PostgreSQL. */
@NullMarked
package dev.homing.activities.statistics;

import org.jspecify.annotations.NullMarked;
