/** Subscriptions: the receiver's URL, its settings and secrets, as they are stored. */
@NullMarked
package dev.homing.activities.subscription;

import org.jspecify.annotations.NullMarked;
