package dev.homing.app.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the record whose fields a handler's JSON object may have, for the OpenAPI document. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface FieldsOf {
  Class<?> value();

  /** Whether it is a merge patch (RFC 7396), in which every field is optional. */
  boolean patch() default false;
}
