/** How long things are kept, and the partitions that make forgetting them cheap. */
@NullMarked
package dev.homing.activities.retention;

import org.jspecify.annotations.NullMarked;
