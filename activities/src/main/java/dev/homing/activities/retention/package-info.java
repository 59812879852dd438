/**
 * How long events are kept, the daily partitions that make their deletion cheap, and plans that
 * suit tables of any size.
 */
@NullMarked
package dev.homing.activities.retention;

import org.jspecify.annotations.NullMarked;
