# of: django.contrib.auth.decorators
# What Django's decorators do that are given the question to ask.


def user_passes_test(test_func, login_url=None, redirect_field_name="next"):
    def decorator(view_func):
        def wrapper(request, *args, **kwargs):
            if not test_func(request.user):
                raise PermissionDenied()
            return view_func(request, *args, **kwargs)

        return wrapper

    return decorator
