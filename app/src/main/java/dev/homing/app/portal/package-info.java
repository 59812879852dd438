/**
 * Links by which a tenant's customers sign in, which pages there are for them, and how these look.
 */
@NullMarked
package dev.homing.app.portal;

import org.jspecify.annotations.NullMarked;
