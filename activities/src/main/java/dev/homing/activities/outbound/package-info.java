/** The guarded HTTP client: one signed, bounded POST to a receiver, and its outcome. */
@NullMarked
package dev.homing.activities.outbound;

import org.jspecify.annotations.NullMarked;
