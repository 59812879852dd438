/** Who receives: its URL, its secret, and how secrets are kept. */
@NullMarked
package dev.homing.activities.subscription;

import org.jspecify.annotations.NullMarked;
