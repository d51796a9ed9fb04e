# of: flask.views
# What Flask's class-based views do: the decorators that a class names stand around all of its methods.

from flask import request


class View:
    decorators = []

    @classmethod
    def as_view(cls, name, *class_args, **class_kwargs):
        def view(**kwargs):
            def answer(**kwargs):
                self = cls(*class_args, **class_kwargs)
                return self.dispatch_request(**kwargs)

            for decorator in cls.decorators:
                answer = decorator(answer)
            return answer(**kwargs)

        return view


class MethodView(View):
    def dispatch_request(self, **kwargs):
        if request.method == "GET":
            return self.get(**kwargs)
        if request.method == "POST":
            return self.post(**kwargs)
        if request.method == "PUT":
            return self.put(**kwargs)
        if request.method == "PATCH":
            return self.patch(**kwargs)
        return self.delete(**kwargs)
