/** Authenticates callers and checks what each may do. */
@NullMarked
package dev.homing.app.access;

import org.jspecify.annotations.NullMarked;
