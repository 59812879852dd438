/** How receivers are registered, changed and tried out. */
@NullMarked
package dev.homing.app.subscription;

import org.jspecify.annotations.NullMarked;
