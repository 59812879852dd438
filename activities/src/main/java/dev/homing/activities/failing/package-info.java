/** Receivers that do nothing but fail, and when their subscriptions are disabled. */
@NullMarked
package dev.homing.activities.failing;

import org.jspecify.annotations.NullMarked;
