/** When partitions are made and dropped. */
@NullMarked
package dev.homing.app.retention;

import org.jspecify.annotations.NullMarked;
