/** Lists in the API: pages, cursors, orders, and the parameters that a route knows. */
@NullMarked
package dev.homing.app.list;

import org.jspecify.annotations.NullMarked;
