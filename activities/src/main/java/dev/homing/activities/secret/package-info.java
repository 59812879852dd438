/** Signing secrets, and how they are encrypted where they are stored. */
@NullMarked
package dev.homing.activities.secret;

import org.jspecify.annotations.NullMarked;
