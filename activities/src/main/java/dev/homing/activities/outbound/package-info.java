/** The guarded HTTP client: one signed, bounded POST to a receiver, and what came of it. */
@NullMarked
package dev.homing.activities.outbound;

import org.jspecify.annotations.NullMarked;
