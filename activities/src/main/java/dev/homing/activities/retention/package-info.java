/** How long events are kept, and the daily partitions that make their deletion cheap. */
@NullMarked
package dev.homing.activities.retention;

import org.jspecify.annotations.NullMarked;
