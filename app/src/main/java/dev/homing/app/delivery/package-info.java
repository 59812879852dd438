/** How deliveries are looked at and acted on. */
@NullMarked
package dev.homing.app.delivery;

import org.jspecify.annotations.NullMarked;
