/** Links by which a tenant's customers sign in to its pages, and how the pages look to them. */
@NullMarked
package dev.homing.app.portal;

import org.jspecify.annotations.NullMarked;
