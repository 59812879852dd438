/** The OpenAPI document: made from the code and its doc comments, and what answers are held to. */
@NullMarked
package dev.homing.app.openapi;

import org.jspecify.annotations.NullMarked;
