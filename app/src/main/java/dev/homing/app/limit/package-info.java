/** How much may be asked of Homing, by each tenant and with each key. */
@NullMarked
package dev.homing.app.limit;

import org.jspecify.annotations.NullMarked;
