/** Signing secrets, and the encryption of stored secrets. */
@NullMarked
package dev.homing.activities.secret;

import org.jspecify.annotations.NullMarked;
