"""Parameters of estimators, each declared once, as an annotated attribute with its default."""

import dataclasses
import inspect
import typing


def positional(*, default):
    """Declare a parameter that may be passed by position: one or two main parameters of an estimator.

    Parameters
    ----------
    default : object
        The default; it must not be mutable.

    Returns
    -------
    field : dataclasses.Field
        What :class:`DeclaredParameters` makes a parameter from.

    Examples
    --------
    >>> from skmir.base import DeclaredParameters, positional
    >>> class Blur(DeclaredParameters):
    ...     width: int = positional(default=3)
    >>> Blur(5).width, Blur(width=7).width
    (5, 7)
    """
    return dataclasses.field(default=default, kw_only=False)


def method_missing(estimator, name):
    """Return the error of a method that a subclass must write.

    Parameters
    ----------
    estimator : object
        An instance of the class that lacks the method.
    name : str
        Name of the method.

    Returns
    -------
    error : NotImplementedError
    """
    return NotImplementedError(
        f'{type(estimator).__name__} must have a method {name}. The guide\'s page "Extending skmir" shows '
        "one class of each kind with all its methods."
    )


@typing.dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(positional, dataclasses.field)
)
class DeclaredParameters:
    """Base of estimators whose ``__init__`` is made from the attributes that they and their bases annotate.

    The attributes are fields of a dataclass: keywords, unless ``positional`` declares them. A parameter that
    several estimators share is declared in their base, with its default; an estimator that needs another
    default declares it again. ``__init__`` only assigns, as scikit-learn requires. An estimator may still
    define an ``__init__`` of its own, as a subclass of scikit-learn's classes would.

    Constants of a class must have no annotation, or the annotation ``typing.ClassVar``.

    Raises
    ------
    TypeError
        If an annotated attribute begins with an underscore, or if an estimator declares parameters although
        one of its bases defines an ``__init__`` of its own, which would be lost.

    Examples
    --------
    >>> from skmir.base import DeclaredParameters, positional
    >>> class Shared(DeclaredParameters):
    ...     verbose: int = 0
    >>> class Blur(Shared):
    ...     width: int = positional(default=3)
    ...     edges: str = "reflect"
    >>> import inspect
    >>> inspect.signature(Blur)
    <Signature (width: int = 3, *, edges: str = 'reflect', verbose: int = 0) -> None>
    >>> Blur(5).width
    5
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            return
        declared = inspect.get_annotations(cls)
        written = next((base for base in cls.__mro__[1:-1] if _has_init_of_its_own(base)), None)
        if written is not None:
            if declared:
                raise TypeError(
                    f"{cls.__name__} declares {sorted(declared)}, but its base {written.__name__} defines an "
                    f"__init__ of its own. Write an __init__ for {cls.__name__} as well, or declare the "
                    f"parameters of {written.__name__} as annotated attributes."
                )
            return
        dataclasses.dataclass(eq=False, repr=False, match_args=False, kw_only=True)(cls)
        private = [field.name for field in dataclasses.fields(cls) if field.name.startswith("_")]
        if private:
            raise TypeError(
                f"{cls.__name__} annotates {private}, but names of parameters must not begin with an "
                "underscore. Leave out the annotation of a constant, or make it a typing.ClassVar."
            )
        cls.__init__.__signature__ = _own_parameters_first(cls)

    def __dask_tokenize__(self):
        # dask would identify a dataclass by its fields alone, and confuse two fits with equal parameters.
        return f"{type(self).__module__}.{type(self).__qualname__}", self.__getstate__()


def _has_init_of_its_own(cls):
    return "__init__" in vars(cls) and "__dataclass_fields__" not in vars(cls)


def _own_parameters_first(cls):
    """Return the signature of ``__init__`` with a class's own keywords before the keywords of its bases.

    dataclasses puts the keywords of the bases first; readers want special parameters before shared ones.
    Parameters that may be passed by position stay in the order in which ``__init__`` takes them.
    """
    signature = inspect.signature(cls.__init__)
    origin = {}
    for depth, base in enumerate(cls.__mro__):
        origin.update(dict.fromkeys(inspect.get_annotations(base), depth))  # the most basic class that has it
    keywords = [one for one in signature.parameters.values() if one.kind is one.KEYWORD_ONLY]
    others = [one for one in signature.parameters.values() if one.kind is not one.KEYWORD_ONLY]
    keywords.sort(key=lambda one: origin[one.name])  # stable
    return signature.replace(parameters=[*others, *keywords])
