/** The API that creates, changes and tests subscriptions. */
@NullMarked
package dev.homing.app.subscription;

import org.jspecify.annotations.NullMarked;
