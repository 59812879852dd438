package dev.homing.app.list;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Allows a {@link ListRequest} to ask for the order of changes. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface OrderedBy {
  /** The value of {@code order} for it: the field with the time of the change. */
  String value();
}
