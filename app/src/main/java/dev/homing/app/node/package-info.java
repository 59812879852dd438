/** This process: what it needs, what runs in it, how it starts and stops. */
@NullMarked
package dev.homing.app.node;

import org.jspecify.annotations.NullMarked;
