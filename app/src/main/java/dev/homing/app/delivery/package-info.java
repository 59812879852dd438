/** The API that shows, retries and cancels deliveries. */
@NullMarked
package dev.homing.app.delivery;

import org.jspecify.annotations.NullMarked;
