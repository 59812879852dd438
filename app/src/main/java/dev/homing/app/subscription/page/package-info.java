/** The pages about subscriptions, and how their receivers do in words. */
@NullMarked
package dev.homing.app.subscription.page;

import org.jspecify.annotations.NullMarked;
